/** The folder `server`: the modules below `src` lie elsewhere once they are in one file. */
export const packageFolder = new URL('..', import.meta.url)
