import { describe, expect, it } from 'vitest';
import { instructionFor } from '../../../../functions/pipelines/stages/generate.ts';

describe('the instruction of a coding agent', () => {
  it('is the task in the first iteration', () => {
    expect(instructionFor('Add a login.', [])).toBe('Add a login.');
  });

  it('names after it every reason for which the attempt before was rejected', () => {
    expect(instructionFor('Add a login.', ['Coverage is 10.', 'A secret leaked.'])).toBe(
      'Add a login.\n\nThe previous attempt was rejected for these reasons. Mend them:\n- Coverage is 10.\n- A secret leaked.',
    );
  });
});
