// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Generates the declarations of an entry point as one self-contained file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const HEAD = '// SPDX-License-Identifier: Apache-2.0 OR MIT\n';

/**
 * Types come from `typesFile`, which wasm-pack generates. Functions and values come from `entry` and files it exports.
 */
export function declarations(typesFile: string, entry: string): string {
  const statements = exported(entry);
  const names = new Set(statements.flatMap((statement) => [...namesIn(statement)]));
  const types = parse(typesFile, readFileSync(typesFile, 'utf8')).statements.filter(isType);
  // Include the types that a type uses.
  for (let before = -1; before < names.size;) {
    before = names.size;
    for (const type of types.filter(({ name }) => names.has(name.text))) {
      namesIn(type).forEach((name) => names.add(name));
    }
  }
  const needed = types.filter((type) => names.has(type.name.text));
  return HEAD + [...needed, ...statements].map((statement) => textOf(statement)).join('\n') + '\n';
}

type TypeStatement = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

function isType(statement: ts.Statement): statement is TypeStatement {
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
}

/** The exports of a file as declarations. It follows `export … from` to other files. */
function exported(file: string): ts.Statement[] {
  const { outputText } = ts.transpileDeclaration(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2023 },
  });
  return parse(file, outputText).statements.flatMap((statement) => {
    if (ts.isImportDeclaration(statement)) {
      return [];
    }
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier) {
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      if (!from.startsWith('.')) {
        return [statement];
      }
      if (statement.exportClause && ts.isNamespaceExport(statement.exportClause)) {
        const target = path.resolve(path.dirname(file), from);
        const text = namespace(statement.exportClause.name.text, target, 'export declare ');
        return [...parse(`${file}#namespace`, text).statements];
      }
      const wanted = namesIn(statement);
      return exported(path.resolve(path.dirname(file), from)).filter((one) => declares(one, wanted));
    }
    return ts.isExportDeclaration(statement) ? [] : [statement];
  });
}

/**
 * The declaration for `export * as NAME from` a file. It has everything that the file and its imports declare, but
 * exports only what the file exports. The comment at the top of the file becomes the comment of the namespace.
 * Declarations of the outer namespace are not repeated.
 */
function namespace(name: string, file: string, words = '', around: ReadonlyMap<string, unknown> = new Map()): string {
  const declared = new Map<string, ts.Statement[]>();
  const inner = new Map<string, string>();
  const gather = (one: string): void => {
    if (declared.has(one) || around.has(one)) {
      return;
    }
    const { outputText } = ts.transpileDeclaration(readFileSync(one, 'utf8'), {
      fileName: one,
      compilerOptions: { target: ts.ScriptTarget.ES2023 },
    });
    const { statements } = parse(one, outputText);
    declared.set(
      one,
      statements.filter((statement) => !ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)),
    );
    for (const statement of statements) {
      if ((ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && statement.moduleSpecifier) {
        const from = (statement.moduleSpecifier as ts.StringLiteral).text;
        const target = path.resolve(path.dirname(one), from);
        if (
          ts.isExportDeclaration(statement) &&
          statement.exportClause &&
          ts.isNamespaceExport(statement.exportClause)
        ) {
          inner.set(statement.exportClause.name.text, target);
        } else if (from.startsWith('.')) {
          gather(target);
        }
      }
    }
  };
  gather(file);
  const within = [...inner].map(([name, file]) => namespace(name, file, '', new Map([...around, ...declared])));
  const texts = [...declared.values()].flat().map((statement) => undeclared(textOf(statement)));
  const names = exportedNames(file).join(', ');
  const about = /^\/\/.*\n\n(\/\*\*[^]*?\*\/)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return `${about}\n${words}namespace ${name} {\n${[...within, ...texts].join('\n')}\nexport { ${names} };\n}`;
}

/** The names that a file exports. */
function exportedNames(file: string): string[] {
  return parse(file, readFileSync(file, 'utf8')).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      return exportClause && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name }) => (statement.isTypeOnly ? `type ${name.text}` : name.text))
        : [exportClause?.name.text ?? ''];
    }
    const named = statement as ts.Statement & { name?: ts.Identifier };
    const exports =
      ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.[0]?.kind === ts.SyntaxKind.ExportKeyword;
    return exports && named.name ? [named.name.text] : [];
  });
}

/** A declaration without the keywords that are redundant in a namespace. */
function undeclared(text: string): string {
  return text.replace(/^(export )?(declare )?(?=(abstract |class |interface |type |function |const |namespace ))/m, '');
}

function declares(statement: ts.Statement, names: ReadonlySet<string>): boolean {
  const declared = ts.isFunctionDeclaration(statement) || ts.isInterfaceDeclaration(statement);
  return declared && names.has(statement.name?.text ?? '');
}

/** All identifiers in a statement. */
function namesIn(node: ts.Node): Set<string> {
  const names = new Set<string>();
  const visit = (one: ts.Node): void => {
    if (ts.isIdentifier(one)) {
      names.add(one.text);
    }
    ts.forEachChild(one, visit);
  };
  visit(node);
  return names;
}

/** The text of a statement. Empty for `export type { … } from '#pkg/…'`, because the file includes those types. */
function textOf(statement: ts.Statement): string {
  return ts.isExportDeclaration(statement) ? '' : statement.getFullText().trim();
}
