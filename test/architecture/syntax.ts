import ts from 'typescript';

import type { Source } from './sources.ts';

/** One thing that the compiler's parser sees and a search for text does not. */
export interface Finding {
  readonly kind: 'function' | 'constructor' | 'unstrippable';
  readonly path: string;
  readonly line: number;
  /** Lines from the first to the last. */
  readonly lines: number;
  readonly parameters: number;
}

/** Every finding of one kind, in the order of the sources. */
export function findings(sources: readonly Source[], kind: Finding['kind']): Finding[] {
  return sources.flatMap(findingsIn).filter((finding) => finding.kind === kind);
}

function findingsIn({ path, text }: Source): Finding[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const kind = kindOf(node);
    if (kind !== undefined) {
      const first = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
      const last = file.getLineAndCharacterOfPosition(node.getEnd()).line;
      const parameters = ts.isFunctionLike(node) ? node.parameters.length : 0;
      found.push({ kind, path, line: first + 1, lines: last - first + 1, parameters });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function kindOf(node: ts.Node): Finding['kind'] | undefined {
  if (ts.isEnumDeclaration(node)) return 'unstrippable';
  if (ts.isModuleDeclaration(node) && !isAmbient(node)) return 'unstrippable';
  if (ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent)) {
    return 'unstrippable';
  }
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) return 'function';
  return undefined;
}

function isAmbient(node: ts.ModuleDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false;
}
