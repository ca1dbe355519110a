import { type PriceName, prices } from './prices.ts';

/** One line of a bill. */
export interface CostLine {
  what: string;
  quantity: number;
  /** How the quantity comes about. */
  formula: string;
  price: PriceName;
}

export function dollarsOf({ quantity, price }: Pick<CostLine, 'quantity' | 'price'>): number {
  const { usd, per } = prices[price];
  return (quantity * usd) / per;
}

export function totalOf(lines: readonly Pick<CostLine, 'quantity' | 'price'>[]): number {
  return lines.reduce((sum, line) => sum + dollarsOf(line), 0);
}

/** Dollars with cents; more digits below a cent. */
export function money(dollars: number): string {
  if (dollars === 0) return '0';
  return dollars >= 0.01 ? dollars.toFixed(2) : dollars.toPrecision(1);
}

/** A quantity as people read it: whole where it is large. */
export function amount(quantity: number): string {
  const digits = quantity >= 100 ? 0 : quantity >= 1 ? 1 : 4;
  return quantity.toLocaleString('en-US', { maximumFractionDigits: digits });
}
