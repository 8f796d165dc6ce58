import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { marked, type Token } from 'marked'
import { root } from './paths.ts'

const skipped = new Set(['node_modules', 'dist'])

/** Every Markdown file of the project, relative to its top folder. Hidden folders are skipped. */
export function markdownFiles(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      return entry.name.startsWith('.') || skipped.has(entry.name) ? [] : markdownFiles(path)
    }
    return path.endsWith('.md') ? [path] : []
  })
}

export function readTokens(file: string): Token[] {
  const tokens: Token[] = []
  void marked.walkTokens(marked.lexer(readFileSync(join(root, file), 'utf8')), (token) => {
    tokens.push(token)
  })
  return tokens
}

/** The targets of links and images, as they are written. */
export function linksIn(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    return token.type === 'link' || token.type === 'image' ? [String(token.href)] : []
  })
}

/** The anchors of headings as GitHub makes them: a repeated heading gets a number. */
export function anchorsIn(tokens: readonly Token[]): Set<string> {
  const anchors = new Set<string>()
  for (const token of tokens) {
    if (token.type !== 'heading') continue
    const slug = slugOf(textOf(token))
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${String(count)}`
    anchors.add(anchor)
  }
  return anchors
}

/** Code blocks and code in a sentence. */
export function codeIn(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    return token.type === 'code' || token.type === 'codespan' ? [String(token.text)] : []
  })
}

function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}

function textOf(token: Token): string {
  const { tokens } = token as { tokens?: Token[] }
  if (tokens) return tokens.map(textOf).join('')
  return token.type === 'text' || token.type === 'codespan' ? String(token.text) : ''
}
