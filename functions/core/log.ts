import { Logger } from '@aws-lambda-powertools/logger';

/** What a line says besides its message. A name that the logger has for itself is refused here: it would drop the field. */
export type LogFields = Record<string, unknown> & { error?: Error } & { [Name in ReservedName]?: never };

type ReservedName = 'level' | 'message' | 'sampling_rate' | 'service' | 'timestamp';

/** Structured log lines. Fields are for ids, counts and names; bodies, headers and secrets are never passed in. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'SILENT';

/** The Powertools logger: one JSON object a line, with the service name and what it is given. */
export function createLog(logLevel: LogLevel): Logger & Log {
  return new Logger({ serviceName: 'omni-orchestrator', logLevel }) as Logger & Log;
}

/** A log that adds the same fields to every line. */
export function withFields(log: Log, fields: LogFields): Log {
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}
