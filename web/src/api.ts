import { createClient } from '@entra-bff/shared/client'

/** The server of this page. Only the event stream and the API page (`docs/requests.ts`) send requests of their own. */
export const api = createClient()
