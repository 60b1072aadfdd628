// Part of `npm run format`: breaks comment lines of more than 100 columns, which oxfmt leaves
// alone.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const columnsMax = 100;
const left = new Set(['node_modules', 'dist']);

for (const path of process.argv.slice(2).flatMap(sourcesAt)) {
  const text = readFileSync(path, 'utf8');
  const wrapped = text.split('\n').flatMap(wrap).join('\n');
  if (wrapped !== text) writeFileSync(path, wrapped);
}

function sourcesAt(path) {
  if (!statSync(path).isDirectory()) return /\.(ts|tsx|mjs|cjs)$/.test(path) ? [path] : [];
  return readdirSync(path)
    .filter((name) => !left.has(name))
    .flatMap((name) => sourcesAt(join(path, name)));
}

function wrap(line) {
  if (line.length <= columnsMax) return [line];
  const block = /^(\s*)\/\*\*? (.*) \*\/$/.exec(line);
  if (block) {
    const [, indent, words] = block;
    return [`${indent}/**`, ...fill(`${indent} * `, words), `${indent} */`];
  }
  const opening = /^(\s*)\/\*\* ([^*]*)$/.exec(line);
  if (opening) return [`${opening[1]}/**`, ...fill(`${opening[1]} * `, opening[2])];
  const alone = /^(\s*(?:\/\/|\*) )(.*)$/.exec(line);
  if (alone && !alone[2].endsWith('*/')) return fill(alone[1], alone[2]);
  // Behind code: the comment goes above it. A quote behind the slashes may be a string's end, so it
  // is left alone.
  const behind = /^(\s*)(\S.*?)\s+\/\/ ([^'"`]*)$/.exec(line);
  if (behind) return [...fill(`${behind[1]}// `, behind[3]), behind[1] + behind[2]];
  return [line];
}

function fill(prefix, text) {
  const lines = [];
  let line = prefix.trimEnd();
  for (const word of text.split(' ')) {
    if (line !== prefix.trimEnd() && `${line} ${word}`.length > columnsMax) {
      lines.push(line);
      line = prefix.trimEnd();
    }
    line = `${line} ${word}`;
  }
  return [...lines, line];
}
