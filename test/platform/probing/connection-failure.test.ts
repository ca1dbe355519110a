import { expect, it } from 'vitest';
import { isFromTheOtherSide, reasonOf } from '../../../platform/probing/connection-failure.ts';

it.each([
  ['EPROTO', 'no agreement on encryption'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'no agreement on encryption'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate not accepted: ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate not accepted: ERR_TLS_CERT_ALTNAME_INVALID'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate not accepted: UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
])('%s is %s, which only the other side can have caused', (code, reason) => {
  const error = Object.assign(new Error('message with secrets'), { code });
  expect(reasonOf(error, 1000)).toBe(reason);
  expect(isFromTheOtherSide(error)).toBe(true);
});
