/**
 * The pages of the SPA, by name, as patterns of vue-router. The server answers each with the same
 * document. To add a page, add a line here and the file `web/src/views/<Name>View.vue`.
 */
export const pages = {
  welcome: '/',
  login: '/login',
  device: '/login/device',
  sessions: '/sessions',
  result: '/result/:call(.+)',
  agenda: '/agenda',
  docs: '/docs',
  error: '/error',
  setup: '/setup',
} as const

export type PageName = keyof typeof pages

/** The address of the Login page with the message that the user is signed out. */
export const signedOutPage = `${pages.login}?signedOut`

/** The path of the page that makes a call; `search` is the call's query. */
export function resultPath(call: string, search = ''): string {
  return `/result/${call}${search}`
}

/** Whether the router finds a page at a path. Case and a slash at the end do not count. */
export function isPage(path: string): boolean {
  return Object.values(pages).some((page) => {
    const pattern = page.replace(/\/$/, '').replace(/:\w+(?:\((.+)\))?/g, patternOf)
    return new RegExp(`^${pattern}/?$`, 'i').test(path)
  })
}

function patternOf(_parameter: string, own = '[^/]+'): string {
  return own
}
