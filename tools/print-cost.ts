import { assumptionsWith } from './cost/assumptions.ts';
import { costSections } from './documentation/cost-sections.ts';

/** `npm run cost -- <assumption>=<value>…`: the bills of docs/cost.md under other assumptions. */
const shown = ['cost-summary', 'cost-pipelines', 'cost-month'];
const sections = costSections(assumptionsWith(process.argv.slice(2)));
for (const name of shown) console.log(`${name}\n\n${sections[name]}\n`);
