/** What the simulated knowledge services know: a handful of patterns, wiki pages and code samples. */
export const library: LibraryItem[] = [
  {
    source: 'neo4j',
    id: 'pattern-token-authentication',
    title: 'Token authentication',
    category: 'security',
    text: 'Authenticate users with signed, short-lived JWT tokens. Check signature, issuer and expiry on every request; keep the signing key in a secret store.',
  },
  {
    source: 'neo4j',
    id: 'pattern-repository',
    title: 'Repository',
    category: 'data',
    text: 'Put data access behind an interface that speaks the language of the domain, so that storage can be replaced and tests need no database.',
  },
  {
    source: 'neo4j',
    id: 'pattern-retry-with-backoff',
    title: 'Retry with backoff',
    category: 'resilience',
    text: 'Repeat calls that failed for a passing reason, with exponential backoff and jitter, and only when repeating is safe.',
  },
  {
    source: 'neo4j',
    id: 'pattern-circuit-breaker',
    title: 'Circuit breaker',
    category: 'resilience',
    text: 'Stop calling a service that keeps failing, and try again after a while with a single call.',
  },
  {
    source: 'neo4j',
    id: 'pattern-pagination-by-cursor',
    title: 'Pagination by cursor',
    category: 'api',
    text: 'List endpoints give an opaque cursor to the next page, so that rows may come and go while a client reads.',
  },
  {
    source: 'wiki',
    id: '1',
    title: 'Coding standards',
    category: 'handbook',
    text: 'Small functions, typed interfaces, tests named for what they guarantee. No secret in code, logs or errors.',
  },
  {
    source: 'wiki',
    id: '2',
    title: 'API guidelines',
    category: 'handbook',
    text: 'Errors have one envelope with a code and a message. Times are ISO 8601 in UTC. Every user request carries a request id.',
  },
  {
    source: 'wiki',
    id: '3',
    title: 'Definition of done',
    category: 'handbook',
    text: 'Reviewed, tested, scanned, documented, deployed with a backup taken before, watched after the rollout.',
  },
  {
    source: 'wiki',
    id: '4',
    title: 'Authentication of services',
    category: 'security',
    text: 'Users log in through the identity provider; services authenticate with tokens that are rotated every month.',
  },
  {
    source: 'qdrant',
    id: 'code-session-middleware',
    title: 'src/middleware/session.py',
    category: 'code_embeddings',
    text: 'def require_session(handler): """Refuses a request without a valid session token with 401."""',
  },
  {
    source: 'qdrant',
    id: 'code-user-model',
    title: 'src/models/user.py',
    category: 'code_embeddings',
    text: 'class User: """A user with a unique e-mail address and a password hash; implements equality by id."""',
  },
  {
    source: 'qdrant',
    id: 'doc-readme',
    title: 'README.md',
    category: 'doc_embeddings',
    text: 'How to run the project, its tests and its linters on a developer machine.',
  },
];

export interface LibraryItem {
  source: 'neo4j' | 'wiki' | 'qdrant';
  id: string;
  title: string;
  category: string;
  text: string;
}
