import { describe, expect, it } from 'vitest';
import { machines, queues, tables } from '../../backend/resources.ts';
import { pascalCase } from '../../lib/pascal-case.ts';
import { synthesise } from './synthesised.ts';

interface Widget {
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title: string; metrics: unknown[] };
}

const { ofType, stack } = synthesise();
const [[, dashboard] = []] = ofType('AWS::CloudWatch::Dashboard');
const body = textOf(dashboard?.Properties['DashboardBody']);
const { widgets } = JSON.parse(body) as { widgets: Widget[] };

/** What CloudFormation joins, with the logical id for each name that it fills in. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, ...functions } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]]; 'Fn::GetAtt'?: string[] };
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute } = functions;
  return Ref ?? attribute?.[0] ?? (join?.[1] ?? []).map(textOf).join(join?.[0] ?? '');
}

describe('the dashboard', () => {
  it('is named after the deployment and the region, since dashboards are of the account', () => {
    expect(textOf(dashboard?.Properties['DashboardName'])).toBe(`${stack.stackName}-AWS::Region`);
  });

  it.each([
    ...Object.keys(tables).map((name) => `Tables${name}`),
    ...Object.keys(queues).flatMap((name) => [`Events${name}`, `Events${name}dead`]),
    'EventsUndelivered',
    'UnrecordedReadings',
    ...machines.map((name) => `${pascalCase(name)}Machine`),
  ])('shows %s', (id) => {
    expect(body).toMatch(new RegExp(`"${id.replaceAll('-', '')}[0-9A-F]{8}"`));
  });

  it('shows every function of the deployment', () => {
    const functions = ofType('AWS::Lambda::Function').map(([id]) => id);
    expect(functions.filter((id) => !body.includes(`"${id}"`))).toEqual([]);
  });

  it('shows what functions measure of themselves, of this deployment alone', () => {
    for (const outcome of ['2xx', '4xx', '5xx']) {
      expect(body).toContain(`["OmniOrchestrator","Requests","outcome","${outcome}","service","${stack.stackName}"`);
    }
    expect(body).toContain('["OmniOrchestrator","Deliveries","outcome","attempts_failed"');
  });

  it('has no widget that hides another, or more metrics than CloudWatch draws', () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, index) => `${x + (index % width)}:${y + Math.floor(index / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { x, width, properties } of widgets) {
      expect(x + width, properties.title).toBeLessThanOrEqual(24);
      expect(properties.metrics.length, properties.title).toBeLessThanOrEqual(500);
    }
  });

  it('gives every line of a graph a name of its own', () => {
    for (const { properties } of widgets) {
      const labels = properties.metrics.flatMap((metric) => {
        const options = (metric as unknown[]).at(-1) as { label?: string; visible?: boolean };
        return options.visible === false ? [] : [options.label];
      });
      expect(new Set(labels).size, properties.title).toBe(labels.length);
    }
  });
});
