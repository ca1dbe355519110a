import { describe, expect, it } from 'vitest';
import { isSecretName } from '../../../functions/config/secret-names.ts';

describe('a name is secret when what it names lets one in', () => {
  it.each([
    'TOKEN',
    'API_TOKENS',
    'HF_TOKEN',
    'githubToken',
    'GITHUB_PAT',
    'API_KEY',
    'API_KEYS',
    'APIKEY',
    'apiKey',
    'API_KEY_2',
    'OPENAI_API_KEY_PROD',
    'RATE_LIMIT_API_KEY',
    'MAX_TOKENS_API_KEY',
    'AWS_SECRET_ACCESS_KEY',
    'SECRET_KEY_BASE',
    'ENCRYPTION_KEY',
    'ssl.key.password',
    'PASSWORD',
    'PASSWORD2',
    'DB_PASSWORD_HASH',
    'PGPASSWORD',
    'MYSQL_PWD',
    'SMTP_PASS',
    'REDIS_PASSPHRASE',
    'CLIENT_SECRET',
    'WEBHOOK_SECRETS',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'NEO4J_AUTH',
    'AUTHORIZATION',
    'HTTP_AUTH_HEADER',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'JWT',
    'SENTRY_DSN',
    'AzureWebJobsConnectionString',
    'DB_CONNECTION_STRING',
    'SLACK_WEBHOOK_URL',
    'INPUT_TOKEN',
  ])('%s', (name) => {
    expect(isSecretName(name)).toBe(true);
  });
});

describe('a name is open when it tells of a secret, counts something, or only sounds alike', () => {
  it.each([
    'MAX_TOKENS',
    'max_output_tokens',
    'maxTokens',
    'LLM_CONTEXT_TOKENS',
    'MAX_TOKENS_PER_REQUEST',
    'TOKEN_LIMIT',
    'TOKEN_TTL',
    'TOKEN_BUDGET',
    'TOKENIZER',
    'TOKENIZERS_PARALLELISM',
    'API_KEY_NAME',
    'PASSWORD_FILE',
    'PASSWORD_MIN_LENGTH',
    'SECRETS_DIR',
    'JWT_ALGORITHM',
    'AUTH_METHOD',
    'N8N_BASIC_AUTH_ACTIVE',
    'MONKEY',
    'KEYSPACE',
    'BYPASS',
    'COMPASS_HOST',
    'PATH',
    'DATABASE_URL',
    'WEBHOOK_PORT',
    'LITELLM_MODEL',
    'LOG_LEVEL',
    'AUTHOR',
    '',
    '_',
    '42',
  ])('%s', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});
