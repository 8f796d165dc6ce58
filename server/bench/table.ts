/** Lines of a table, the head first. */
export type Lines = readonly (readonly string[])[]

/** A Markdown table, which is readable as text, too: all cells of a column have one width. */
export function table([head = [], ...lines]: Lines): string {
  const widths = head.map((_, column) => {
    return Math.max(3, ...[head, ...lines].map((line) => (line[column] ?? '').length))
  })
  const row = (line: readonly string[]) => {
    return `| ${widths.map((width, column) => pad(line[column] ?? '', width, column)).join(' | ')} |`
  }
  const rule = widths.map((width, column) => {
    return column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`
  })
  return [row(head), `| ${rule.join(' | ')} |`, ...lines.map(row)].join('\n')
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width)
}

/** The middle of some figures; undefined when there are none. */
export function median(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

/** A whole number with commas. */
export function formatInteger(value: number | undefined): string {
  return value === undefined ? '–' : Math.round(value).toLocaleString('en-US')
}

export function formatDecimal(value: number | undefined, digits = 2): string {
  return value === undefined ? '–' : value.toFixed(digits)
}
