/** The folder `server`. The modules in `src`, `dist` and `bundle` lie one level below it. */
export const packageFolder = new URL('..', import.meta.url)
