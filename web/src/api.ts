import { createClient } from '@entra-bff/shared/client'

/** The server of this page. Every request of the page goes through it, except the event stream. */
export const api = createClient()
