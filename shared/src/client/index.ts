export {
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type RequestOptions,
} from './client.ts'
export { ProblemError, UnreachableError } from './errors.ts'
