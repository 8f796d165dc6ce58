import type { AppInfo } from '@entra-bff/shared'
import { Components } from './components.ts'
import { operationOf, tagOf } from './operation.ts'
import { type CollectedRoute, routesOf } from './routes.ts'
import { securitySchemes } from './security.ts'

const description = [
  'Every error is problem details (RFC 9457) with a `code` that never changes.',
  'HEAD is answered like GET, without the body. An unknown path is a 404 `not_found`, and a method that a path does not take a 405 `method_not_allowed` with `Allow`.',
  'What cannot be read as HTTP is a 400, 408, 417 or 431 with the code `invalid_request`.',
  'No other origin can call: there is no CORS.',
].join('\n\n')

/** The OpenAPI 3.1 document of the routes. */
export function documentOf(
  collected: readonly CollectedRoute[],
  { name, version }: AppInfo,
  publicUrl: string,
): object {
  const routes = routesOf(collected)
  const components = new Components()
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const item = (paths[route.path] ??= {})
    item[route.method] = operationOf(route, components)
  }
  return {
    openapi: '3.1.1',
    info: { title: name, version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map(tagOf))].map((tag) => ({ name: tag })),
    paths,
    components: { ...components.all(), securitySchemes: securitySchemes(publicUrl) },
  }
}
