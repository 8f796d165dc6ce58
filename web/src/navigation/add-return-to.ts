import { localPath, loginHref } from '@entra-bff/shared'

/** The login link that the server sent, with `returnTo` added. A link to another origin is replaced. */
export function addReturnTo(login: { href: string } | undefined, returnTo: string) {
  const path = localPath(login?.href)
  if (!path) return loginHref({ returnTo })
  const url = new URL(path, window.location.origin)
  if (!url.searchParams.has('returnTo')) url.searchParams.set('returnTo', returnTo)
  return url.pathname + url.search
}
