import { describe, expect, it } from 'vitest';

import { findings } from './syntax.ts';
import { linesMatching, sourcesIn } from './sources.ts';

const code = sourcesIn('apps', 'libs', 'test', 'scripts');
const product = sourcesIn('apps', 'libs').filter(({ isTest }) => !isTest);
const libs = product.filter(({ path }) => path.startsWith('libs/'));

const fileLinesMax = 450;
const columnsMax = 100;
const functionLinesMax = 70;
// Markup is long and flat where logic is short and deep.
const componentLinesMax = 110;

const bannedNames = 'utils|util|helpers|helper|common|misc|manager|handler|info|data';
const suffixes = 'module|controller|gateway|test|contract|bench|config|d';

describe('the style', () => {
  it('finds sources to look at', () => {
    expect(code.length).toBeGreaterThan(50);
  });

  it('names files in kebab-case, with a suffix only where the framework needs one', () => {
    const good = new RegExp(`^[a-z0-9]+(-[a-z0-9]+)*(\\.(${suffixes}))?\\.(ts|tsx|mjs)$`);
    expect(code.filter(({ name }) => !good.test(name)).map(({ path }) => path)).toEqual([]);
  });

  it('has no name that says nothing', () => {
    const vague = new RegExp(`(^|[-/])(${bannedNames})(?=[./]|$)`, 'i');
    const files = code.filter(({ path }) => vague.test(path)).map(({ path }) => path);
    const classes = linesMatching(
      code,
      /^(export )?(abstract )?class\s+\w*(Utils?|Helpers?|Common|Misc|Manager|Handler|Info|Data)\b/,
    );
    expect([...files, ...classes]).toEqual([]);
  });

  it(`keeps a file under ${fileLinesMax} lines`, () => {
    const long = code.filter(({ lines }) => lines.length > fileLinesMax);
    expect(long.map(({ path, lines }) => `${path}: ${lines.length}`)).toEqual([]);
  });

  it(`keeps a line under ${columnsMax} columns, long texts and patterns apart`, () => {
    const long = code.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => {
        const withoutTexts = line
          .replaceAll(/'[^']*'|"[^"]*"|`[^`]*`?|\/\S{40,}/g, "''")
          .replaceAll(/>[^<>{}]+</g, '><')
          .replace(/^\s*\/[^/*].*\/[a-z]*[;,]?$/, '');
        return line.length > columnsMax && withoutTexts.length > columnsMax
          ? [`${path}:${index + 1}: ${line.length}`]
          : [];
      }),
    );
    expect(long).toEqual([]);
  });

  it('keeps a function on one screen', () => {
    const long = findings(product, 'function').filter(
      ({ path, lines }) => lines > (path.endsWith('.tsx') ? componentLinesMax : functionLinesMax),
    );
    expect(long.map(({ path, line, lines }) => `${path}:${line}: ${lines} lines`)).toEqual([]);
  });

  it('keeps a constructor to five needs', () => {
    const wide = findings(product, 'constructor').filter(({ parameters }) => parameters > 5);
    expect(wide.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
  });

  it('writes libs in TypeScript that Node can strip: no enum, namespace, parameter property', () => {
    const unstrippable = findings(libs, 'unstrippable');
    expect(unstrippable.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
  });

  it('reads the environment in libs/config alone', () => {
    const elsewhere = product.filter(({ path }) => !path.startsWith('libs/config/'));
    expect(linesMatching(elsewhere, /\bprocess\.env\b/)).toEqual([]);
  });

  it('takes the time from Clock', () => {
    const elsewhere = libs.filter(({ path }) => path !== 'libs/model/clock.ts');
    expect(linesMatching(elsewhere, /\bDate\.now\b|\bnew Date\(\)/)).toEqual([]);
  });

  it('ends the process in main.ts alone', () => {
    const elsewhere = product.filter(({ name }) => name !== 'main.ts');
    expect(linesMatching(elsewhere, /\bprocess\.exit\b/)).toEqual([]);
  });

  it('has no test that does not run, and none that sleeps', () => {
    const tests = code.filter(({ isTest }) => isTest);
    const idle = /\b(it|test|describe)\.(only|skip|todo)\b|\bsetTimeout\(\w+, \d+\)/;
    expect(linesMatching(tests, idle)).toEqual([]);
  });

  it('leaves nothing for later and switches no type check off', () => {
    const others = code.filter(({ path }) => path !== 'test/architecture/style.test.ts');
    expect(linesMatching(others, /\b(TODO|FIXME|XXX)\b|@ts-(ignore|nocheck)/)).toEqual([]);
  });
});
