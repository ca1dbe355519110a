/** Generated parts of the documents, by the name that a document asks for them. */
export type Sections = Record<string, string>;

const section = /<!-- generated: (\S+) -->\n[\s\S]*?<!-- end of generated -->/g;
const openings = /<!-- generated: /g;

/**
 * The document with each of its generated parts made anew; everything else stays as it is. Throws for a part that
 * nothing generates and for one that is not closed.
 */
export function fillSections(document: string, sections: Sections): string {
  const asked = sectionsOf(document);
  if (asked.length !== (document.match(openings) ?? []).length) throw new Error('a generated part is not closed');
  return document.replaceAll(section, (_, name: string) => {
    const text = sections[name];
    if (text === undefined) throw new Error(`nothing generates the part "${name}"`);
    return `<!-- generated: ${name} -->\n\n${text.trim()}\n\n<!-- end of generated -->`;
  });
}

/** The names of the generated parts that a document asks for. */
export function sectionsOf(document: string): string[] {
  return [...document.matchAll(section)].map(([, name = '']) => name);
}
