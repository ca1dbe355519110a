import { expect, it } from 'vitest';
import { bytesOfSize, nanoCpusOf } from '../../../functions/config/container-limits.ts';

it.each([
  ['6291456', 6_291_456],
  ['512b', 512],
  ['7k', 7_168],
  ['512m', 536_870_912],
  ['512M', 536_870_912],
  ['4g', 4_294_967_296],
])('the size %s is %i bytes', (size, bytes) => {
  expect(bytesOfSize(size)).toBe(bytes);
});

it.each([
  ['0.01', 10_000_000],
  ['0.5', 500_000_000],
  ['1.1', 1_100_000_000],
  ['2.0', 2_000_000_000],
  ['2', 2_000_000_000],
])('%s processors are %i billionths', (processors, nanoCpus) => {
  expect(nanoCpusOf(processors)).toBe(nanoCpus);
});
