/**
 * The pages of the SPA, by name, as patterns of vue-router. The server answers each with the same
 * document. To add a page, add a line here and the file `web/src/views/<Name>View.vue`.
 */
export const views = {
  welcome: '/',
  login: '/login',
  device: '/login/device',
  sessions: '/sessions',
  result: '/result/:call(.+)',
  error: '/error',
  setup: '/setup',
} as const

export type ViewName = keyof typeof views

/** The address of the view that makes a call, with the call's query. */
export function resultPath(call: string, search = ''): string {
  return `/result/${call}${search}`
}

/** Whether the page's router finds a view at a path: in any case, with or without a slash at the end. */
export function isView(path: string): boolean {
  return Object.values(views).some((view) => {
    const pattern = view.replace(/\/$/, '').replace(/:\w+(?:\((.+)\))?/g, patternOf)
    return new RegExp(`^${pattern}/?$`, 'i').test(path)
  })
}

function patternOf(_parameter: string, own = '[^/]+'): string {
  return own
}
