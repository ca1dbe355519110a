import { describe, expect, it } from 'vitest';
import { fillSections } from '../../tools/documentation/fill-sections.ts';

const document = (inside: string) => `before\n<!-- generated: table -->${inside}<!-- end of generated -->\nafter`;

describe('generated parts of a document', () => {
  it('are made anew, and everything around them stays', () => {
    const filled = fillSections(document('\nold\n'), { table: 'new' });
    expect(filled).toBe(document('\n\nnew\n\n'));
    expect(fillSections(filled, { table: 'new' })).toBe(filled);
  });

  it('may hold text that a replacement would read as a pattern', () => {
    expect(fillSections(document('\n'), { table: "$& $1 $'" })).toContain("$& $1 $'");
  });

  it('that nothing generates, or that are not closed, are refused', () => {
    expect(() => fillSections(document('\n'), {})).toThrow('nothing generates the part "table"');
    expect(() => fillSections('<!-- generated: table -->\n', { table: 'x' })).toThrow('not closed');
  });
});
