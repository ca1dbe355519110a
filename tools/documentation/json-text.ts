/** JSON as the formatter wants it: a list of plain values stands on one line where it fits. */
export function jsonText(value: unknown): string {
  const lists = /^( *)(.*)\[\n([^[\]{}]+)\n *\](,?)$/gm;
  return JSON.stringify(value, null, 2).replaceAll(lists, (text, indent, before, list: string, comma) => {
    const line = `${indent}${before}[${list.trim().replaceAll(/\n\s*/g, ' ')}]${comma}`;
    return line.length > widthMax ? text : line;
  });
}

/** As biome.json has it. */
const widthMax = 120;
