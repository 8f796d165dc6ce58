/** What a downstream API answered. The body stays text, because only the API defines its format. */
export interface DownstreamAnswer {
  status: number
  durationMs: number
  sizeBytes: number
  requestId: string | undefined
  text: string
}

/** @param startedAt when the call began, by `performance.now()` */
export async function readDownstreamAnswer(
  response: Response,
  startedAt: number,
): Promise<DownstreamAnswer> {
  const bytes = await response.arrayBuffer()
  return {
    status: response.status,
    durationMs: performance.now() - startedAt,
    sizeBytes: bytes.byteLength,
    requestId: response.headers.get('request-id') ?? undefined,
    text: new TextDecoder().decode(bytes),
  }
}
