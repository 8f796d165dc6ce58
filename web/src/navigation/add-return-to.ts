import { localPath, loginHref } from '@entra-bff/shared'

/** The server's own login link, brought back to this view; only a path of ours is followed. */
export function loginHrefOf(login: { href: string } | undefined, returnTo: string) {
  const path = localPath(login?.href)
  if (!path) return loginHref({ returnTo })
  const url = new URL(path, window.location.origin)
  if (!url.searchParams.has('returnTo')) url.searchParams.set('returnTo', returnTo)
  return url.pathname + url.search
}
