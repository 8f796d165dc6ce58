import * as shared from '@entra-bff/shared'
import { problemTexts } from '../http/problem-texts.ts'
import type { DocumentedHeader } from '../http/route-doc.ts'
import { schemaExamples } from './examples.ts'
import { headers, headersByCode } from './headers.ts'

type Named = Record<string, object>

/** The schemas of `shared`, by the names that they have there. No schema refers to the other objects. */
const schemasByName = new Map(
  Object.entries(shared).filter(([, value]) => typeof value === 'object' && !Array.isArray(value)),
)
const namesBySchema = new Map<unknown, string>(
  [...schemasByName].map(([name, schema]) => [schema, name]),
)

/** What several routes have in common. It stands in the document once, where any route refers to it. */
export class Components {
  readonly #schemas = new Set<string>()
  readonly #headers = new Set<keyof typeof headers>()
  readonly #codes = new Set<shared.ProblemCode>()

  /** @returns a reference for a schema that has a name, and else the schema as plain JSON */
  schema(schema: unknown): object {
    const name = namesBySchema.get(schema)
    if (name === undefined) return this.#membersOf(schema) as object
    this.#schemas.add(name)
    return { $ref: `#/components/schemas/${name}` }
  }

  headers(names: readonly DocumentedHeader[] = []): Named {
    return Object.fromEntries(
      (['Cache-Control', ...names] as const).map((name) => {
        this.#headers.add(name)
        return [name, { $ref: `#/components/headers/${name}` }]
      }),
    )
  }

  /** The body and the headers of the problems that have one status. */
  problem(
    codes: readonly shared.ProblemCode[],
    more: readonly DocumentedHeader[] = [],
  ): { headers: Named; content: Named } {
    for (const code of codes) this.#codes.add(code)
    const schema = { ...this.schema(shared.Problem), properties: { code: { enum: codes } } }
    const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])
    const content = { schema, examples: Object.fromEntries(examples) as Named }
    return {
      headers: this.headers([...codes.flatMap((code) => headersByCode[code] ?? []), ...more]),
      content: { 'application/problem+json': content },
    }
  }

  /** To be called after all routes are described. */
  all(): Record<'schemas' | 'headers' | 'examples', Named> {
    const schemas: Named = {}
    // Schemas that these schemas refer to are added on the way.
    for (const name of this.#schemas) {
      const examples = schemaExamples[name]
      const schema = this.#membersOf(schemasByName.get(name)) as object
      schemas[name] = { ...schema, ...(examples && { examples }) }
    }
    const named = <T extends string>(names: Set<T>, valueOf: (name: T) => object) =>
      Object.fromEntries([...names].map((name) => [name, valueOf(name)]))
    return {
      schemas,
      headers: named(this.#headers, (name) => headers[name]),
      examples: named(this.#codes, exampleOf),
    }
  }

  #membersOf(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item: unknown) => this.#valueOf(item))
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value)
    return Object.fromEntries(members.map(([name, member]) => [name, this.#valueOf(member)]))
  }

  #valueOf(value: unknown): unknown {
    return namesBySchema.has(value) ? this.schema(value) : this.#membersOf(value)
  }
}

function exampleOf(code: shared.ProblemCode): object {
  const { status, title, detail } = problemTexts[code]
  const correlationId = '6b1f0c9e-3a7d-4c52-9d0e-2f4b8a1c7e55'
  const value = { type: 'about:blank', title, status, code, detail, correlationId }
  return { summary: title, value }
}
