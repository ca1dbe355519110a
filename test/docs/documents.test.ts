import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serviceConfigPatch } from '../../functions/config/contract.ts';
import { refreshBody } from '../../functions/knowledge/refresh-schemas.ts';
import { pipelineRequest } from '../../functions/pipelines/contract.ts';
import { webhookBody, webhookPatch } from '../../functions/webhooks/webhook-schemas.ts';
import { executeWorkflowContract } from '../../functions/workflows/contract.ts';
import { workflowBody } from '../../functions/workflows/definition.ts';
import { faultRequest } from '../../platform/simulated/faults.ts';
import { documentFiles, generatedSections } from '../../tools/documentation/documents.ts';
import { fillSections, sectionsOf } from '../../tools/documentation/fill-sections.ts';
import { isThere } from './links.ts';

const documents = documentFiles().map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const sections = generatedSections();

describe('the documents', () => {
  it.each(documents)('$file holds its generated parts as the code is now (npm run docs)', ({ text }) => {
    expect(text).toBe(fillSections(text, sections));
  });

  it('together show every part that is generated, each once', () => {
    expect(documents.flatMap(({ text }) => sectionsOf(text)).sort()).toEqual(Object.keys(sections).sort());
  });

  it.each(documents)('$file links to files and headings that exist', ({ file, text }) => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !isThere(file, link))).toEqual([]);
  });

  it.each(documents)('$file names npm scripts that exist', ({ text }) => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(documents)('$file names files of the project that exist', ({ text }) => {
    const roots = 'bin|lib|functions|backend|platform|test|tools|statemachines|docs';
    const named = [...text.matchAll(new RegExp(`\`((?:${roots})/[\\w./-]*)\``, 'g'))].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  const schemas = [
    { path: '/faults', schema: faultRequest },
    { path: '/config/services/', schema: serviceConfigPatch },
    { path: '/knowledge/refresh', schema: refreshBody },
    { path: '/webhooks/$ID', schema: webhookPatch },
    { path: '/webhooks', schema: webhookBody },
    { path: '/$ID/execute', schema: executeWorkflowContract.body },
    { path: '/workflows', schema: workflowBody },
  ];

  it('show request bodies that the API and the simulated platform accept', () => {
    const commands = documents.flatMap(({ text }) => text.split(/^(?=curl |```)/m));
    const bodies = commands.flatMap((command) => {
      const body = /-d '(\{[\s\S]*?\})'/.exec(command)?.[1];
      const schema = schemas.find(({ path }) => command.includes(path))?.schema ?? pipelineRequest;
      return body === undefined ? [] : [{ body, outcome: schema.safeParse(JSON.parse(body)) }];
    });
    expect(bodies.length).toBeGreaterThan(1);
    expect(bodies.filter(({ outcome }) => !outcome.success).map(({ body }) => body)).toEqual([]);
  });

  it('show JSON that is JSON', () => {
    const blocks = documents.flatMap(({ text }) => [...text.matchAll(/```json\n([\s\S]*?)```/g)]);
    expect(blocks.length).toBeGreaterThan(1);
    for (const [, block = ''] of blocks) expect(() => JSON.parse(block), block).not.toThrow();
  });
});
