const closers: Record<string, string> = { '{': '}', '[': ']' }

/**
 * Indents JSON by 4 spaces without parsing it: numbers, escapes and the order of keys stay as they
 * were sent (`JSON.parse` would round a large number). The text may be cut off anywhere.
 */
export function formatJson(text: string) {
  // A token is a string, a bracket, comma or colon, or a run of other characters.
  const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs)
  let depth = 0
  let previous = ''
  let output = ''
  for (const [token] of tokens) {
    const isCloser = token === '}' || token === ']'
    if (isCloser) depth--
    const isEmpty = isCloser && closers[previous] === token
    const breaks = isCloser || previous === ',' || previous in closers
    if (breaks && !isEmpty) output += '\n' + '    '.repeat(Math.max(depth, 0))
    output += token === ':' ? ': ' : token
    if (token in closers) depth++
    previous = token
  }
  return output
}
