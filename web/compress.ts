import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const isText = /\.(html|js|css|svg|json|webmanifest|txt)$/

/** Writes `<file>.br` and `<file>.gz` beside each text file of the build, for the server to send. */
export function compress(): Plugin {
  let folder = ''
  return {
    name: 'compress',
    apply: 'build',
    configResolved({ root, build }) {
      folder = join(root, build.outDir)
    },
    async closeBundle() {
      const files = await readdir(folder, { recursive: true })
      await Promise.all(files.filter((file) => isText.test(file)).map(compressFile))
    },
  }

  async function compressFile(name: string) {
    const file = join(folder, name)
    const bytes = await readFile(file)
    // The default quality of brotli is the highest.
    await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes))
    await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }))
  }
}
