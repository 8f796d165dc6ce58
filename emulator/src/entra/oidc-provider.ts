/*
 * oidc-provider warns about every Node that is not its favourite one as soon as it is loaded. It
 * runs on all that this workspace supports (the tests say so), so that one line is left out.
 */
const warn = console.warn
console.warn = (...lines: unknown[]) => {
  if (!String(lines[0]).includes('Unsupported runtime')) warn(...lines)
}

export const { default: Provider } = await import('oidc-provider')

console.warn = warn
