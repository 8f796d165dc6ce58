/** The words around a problem that the server has described. */
export const problemTexts = {
  correlationId: 'Correlation ID',
  retry: 'Try again',
  retryIn: (seconds: number) => `Try again in ${String(seconds)} s`,
  retryNow: 'You can try again now.',
} as const
