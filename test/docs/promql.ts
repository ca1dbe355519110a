import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** What a query asks of one metric. */
export interface Asked {
  metric: string;
  /** Labels that it is selected by, and those that it is grouped by anywhere above. */
  labels: string[];
}

/** Every metric that a query asks for. Throws for one that is no PromQL. */
export function askedBy(query: string): Asked[] {
  const text = query.replaceAll('$__rate_interval', '5m');
  const tree = parser.parse(text);
  const textOf = ({ from, to }: { from: number; to: number }) => text.slice(from, to);
  const asked: Asked[] = [];
  tree.iterate({
    enter({ node, type }) {
      if (type.isError) throw new SyntaxError(`no PromQL at character ${node.from}: ${query}`);
      if (type.name !== 'VectorSelector') return;
      const metric = node.getChild('Identifier');
      const grouped = ancestorsOf(node, 'AggregateExpr').flatMap((it) => labelsIn(it.getChild('AggregateModifier')));
      const labels = [...labelsIn(node.getChild('LabelMatchers')), ...grouped].map(textOf);
      asked.push({ metric: metric ? textOf(metric) : '', labels });
    },
  });
  return asked;
}

/** The labels that the result of a query has: those of its outermost grouping; none where it has no grouping. */
export function labelsOfResult(query: string): string[] {
  const text = query.replaceAll('$__rate_interval', '5m');
  const labels: string[] = [];
  parser.parse(text).iterate({
    enter({ node, type }) {
      const isOuter = type.name === 'AggregateModifier' && labels.length === 0;
      if (isOuter) labels.push(...labelsIn(node).map(({ from, to }) => text.slice(from, to)));
    },
  });
  return labels;
}

function ancestorsOf(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let above = node.parent; above; above = above.parent) if (above.name === name) found.push(above);
  return found;
}

function labelsIn(node: SyntaxNode | null): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node?.cursor().iterate((inner) => {
    if (inner.name === 'LabelName') found.push(inner.node);
  });
  return found;
}
