import { join } from 'node:path'
import ts from 'typescript'
import { root } from './paths.ts'

/** Compiles changed files of the server in a fraction of a second, as often as asked. */
export class ServerCompiler {
  /** Changed sources by absolute path. */
  readonly #changed = new Map<string, string>()
  #version = 0
  readonly #service: ts.LanguageService

  constructor() {
    const folder = join(root, 'server')
    const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), (path) =>
      ts.sys.readFile(path),
    ) as { config: unknown }
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
    this.#service = ts.createLanguageService({
      // A mutation may leave a name unused.
      getCompilationSettings: () => ({
        ...options,
        noUnusedLocals: false,
        noUnusedParameters: false,
      }),
      getScriptFileNames: () => fileNames,
      getScriptVersion: (path) => (this.#changed.has(path) ? String(this.#version) : ''),
      getScriptSnapshot: (path) => {
        const text = this.#changed.get(path) ?? ts.sys.readFile(path)
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
      },
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (path) => ts.sys.fileExists(path),
      readFile: (path) => ts.sys.readFile(path),
      directoryExists: (path) => ts.sys.directoryExists(path),
      // Packages are symbolic links. Their own dependencies are found only from the real paths.
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
    })
  }

  /**
   * @param sources changed files, by path from the top folder
   * @returns the compiled files, by path from the top folder, or the first compile error
   */
  compile(sources: ReadonlyMap<string, string>): Map<string, string> | string {
    const files = [...sources].filter(([file]) => file.startsWith('server/src/'))
    const paths = files.map(([file]) => join(root, file))
    this.#changed.clear()
    this.#version += 1
    for (const [file, source] of files) this.#changed.set(join(root, file), source)
    return this.#problemIn(paths) ?? new Map(paths.flatMap((path) => this.#outputOf(path)))
  }

  #problemIn(paths: string[]): string | undefined {
    const [problem] = paths.flatMap((path) => [
      ...this.#service.getSyntacticDiagnostics(path),
      ...this.#service.getSemanticDiagnostics(path),
    ])
    return problem && ts.flattenDiagnosticMessageText(problem.messageText, '\n')
  }

  #outputOf(path: string): [file: string, code: string][] {
    const { outputFiles } = this.#service.getEmitOutput(path)
    return outputFiles
      .filter(({ name }) => name.endsWith('.js'))
      .map(({ name, text }) => [name.slice(root.length), text])
  }
}
