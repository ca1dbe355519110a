import * as z from 'zod';
import type { Answer, Contract } from './contract.ts';
import { type ErrorCode, errorCodes } from './errors.ts';
import { errorEnvelope } from './schemas.ts';
import { version } from './version.ts';

type JsonObject = Record<string, unknown>;

/** The OpenAPI 3.1 document of these contracts; the same contracts give the same document. */
export function openapiDocument(contracts: readonly Contract[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const contract of contracts) {
    paths[contract.path] = { ...paths[contract.path], [contract.method.toLowerCase()]: operationOf(contract) };
  }
  return withSharedSchemas({
    openapi: '3.1.0',
    info: {
      title: 'Omni Orchestrator',
      version,
      description: 'The control plane of a platform of containerised services.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(contracts.map(({ domain }) => domain))].map((name) => ({
      name,
      description: `Endpoints of ${name}.`,
    })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(errorEnvelope, 'output') },
    },
  });
}

function operationOf(contract: Contract): JsonObject {
  const { operationId, summary, description, domain, auth } = contract;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [domain],
    ...(auth === 'none' ? { security: [] } : {}),
    parameters: [
      ...parametersOf(contract.parameters, 'path'),
      ...parametersOf(contract.query, 'query'),
      ...parametersOf(contract.headers, 'header'),
      ...idempotencyKeyOf(contract),
    ],
    ...requestBodyOf(contract),
    responses: { ...answersOf(contract), ...errorsOf(contract) },
  };
}

/** A body that the handler reads itself is shown as any object. */
function requestBodyOf({ body, bodyShown, isBodyRaw }: Contract): JsonObject {
  if (!body && !isBodyRaw) return {};
  return {
    requestBody: { required: true, content: json(body ? schemaOf(bodyShown ?? body, 'input') : { type: 'object' }) },
  };
}

function idempotencyKeyOf({ isIdempotent }: Contract): JsonObject[] {
  if (!isIdempotent) return [];
  const description = 'For 24 hours the same key and body give the first answer again.';
  return [
    { name: 'Idempotency-Key', in: 'header', required: false, description, schema: { type: 'string', maxLength: 255 } },
  ];
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query' | 'header'): JsonObject[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...fieldSchema } = schemaOf(field as z.ZodType, 'input');
    const isRequired = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required: isRequired, ...(description ? { description } : {}), schema: fieldSchema };
  });
}

function answersOf(contract: Contract): JsonObject {
  return Object.fromEntries(Object.values(contract.answers).map((answer) => [answer.status, responseOf(answer)]));
}

function responseOf({ description, body, contentType, headers }: Answer): JsonObject {
  const described = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ]);
  return {
    description,
    ...(headers ? { headers: Object.fromEntries(described) } : {}),
    ...(body === null ? {} : { content: contentOf(body, contentType) }),
  };
}

function contentOf(body: z.ZodType, contentType: string | undefined): JsonObject {
  return contentType ? { [contentType]: { schema: { type: 'string' } } } : json(schemaOf(body, 'output'));
}

/** The codes that the endpoint core adds to those of the contract, by what the contract has. */
export function errorCodesOf(contract: Contract): ErrorCode[] {
  const { auth, method, rateLimit, isIdempotent, isBodyRaw } = contract;
  return [
    'VALIDATION_ERROR',
    ...(auth === 'none' ? [] : (['UNAUTHORIZED'] as const)),
    ...(method === 'GET' ? [] : (['PAYLOAD_TOO_LARGE'] as const)),
    ...(method === 'GET' || isBodyRaw ? [] : (['UNSUPPORTED_MEDIA_TYPE'] as const)),
    ...(isIdempotent ? (['CONFLICT', 'IDEMPOTENCY_MISMATCH'] as const) : []),
    ...(rateLimit === 'none' ? [] : (['RATE_LIMITED'] as const)),
    ...contract.errors,
    'INTERNAL',
  ];
}

function errorsOf(contract: Contract): JsonObject {
  const codesByStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(errorCodesOf(contract))) {
    const { status } = errorCodes[code];
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  const responses = [...codesByStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${errorCodes[code].message}`).join(' '),
      content: json({ $ref: '#/components/schemas/Error' }),
    },
  ]);
  return Object.fromEntries(responses);
}

function json(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return rest as JsonObject;
}

/** Moves the named schemas that conversions left beside each use to the one place where OpenAPI looks for them. */
function withSharedSchemas(document: JsonObject & { components: JsonObject & { schemas: JsonObject } }): JsonObject {
  const schemas = document.components.schemas;
  const moved = JSON.parse(JSON.stringify(document), (_, value) => {
    if (value === null || typeof value !== 'object' || !('$defs' in value)) return value;
    const { $defs, ...rest } = value;
    Object.assign(schemas, $defs);
    return rest;
  });
  const complete = {
    ...moved,
    components: { ...moved.components, schemas: { ...moved.components.schemas, ...schemas } },
  };
  return JSON.parse(JSON.stringify(complete).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
