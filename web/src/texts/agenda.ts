export const agendaTexts = {
  title: 'Your agenda',
  back: 'Back',
  noEvents: 'No events.',
  preparedFor: (name: string) => `Prepared for ${name}`,
} as const
