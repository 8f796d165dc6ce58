import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../dist', import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
const texts = files.filter((file) => /\.(html|js|css|svg)$/.test(file))
const read = (file: string) => readFileSync(join(folder, file))

test('each text file of the build lies beside its compressed forms', () => {
  expect(texts).toContain('index.html')
  for (const file of texts) {
    expect(brotliDecompressSync(read(`${file}.br`)).equals(read(file))).toBe(true)
    expect(gunzipSync(read(`${file}.gz`)).equals(read(file))).toBe(true)
  }
})

test('no page loads the library of the schemas', () => {
  const scripts = texts.filter((file) => file.endsWith('.js'))
  for (const file of scripts) expect(read(file).toString()).not.toContain('~kind')
})

test('the first load of each page has at most 45 kB of scripts, 8 kB of styles, 3 kB of HTML', () => {
  const html = read('index.html').toString()
  const sizeOf = (pattern: RegExp) =>
    [...html.matchAll(pattern)].reduce((sum, [, file]) => sum + read(`${file ?? ''}.gz`).length, 0)
  const scripts = sizeOf(/ src="\/([^"]+\.js)"/g)
  expect(scripts).toBeGreaterThan(0)
  expect(scripts).toBeLessThanOrEqual(45_000)
  const styles = sizeOf(/ href="\/([^"]+\.css)"/g)
  expect(styles).toBeGreaterThan(0)
  expect(styles).toBeLessThanOrEqual(8_000)
  expect(read('index.html.gz').length).toBeLessThanOrEqual(3_000)
})
