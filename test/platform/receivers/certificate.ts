/**
 * A certificate for `receiver.test` and 127.0.0.1, signed by itself, from 2000 to 2100, with its key. Made with openssl and kept
 * here, because the fast suite needs nothing but Node. It guards nothing.
 */
export const certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwUtksz8SrEmn3jmd
aKu/G+xg7KwbKku85ZDT/s9qYb+hRANCAAQZy439KEazsCaPsbEqHaHoY+S/KMiW
fGs1ubxa9husKYGsWecqU1XSVyaEpyLMXIV6z8T+KuX3fmcDaPu3O/gU
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBdDCCARmgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1yZWNlaXZl
ci50ZXN0MCAXDTAwMDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1yZWNlaXZlci50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGcuN
/ShGs7Amj7GxKh2h6GPkvyjIlnxrNbm8WvYbrCmBrFnnKlNV0lcmhKcizFyFes/E
/irl935nA2j7tzv4FKNSMFAwHgYDVR0RBBcwFYINcmVjZWl2ZXIudGVzdIcEfwAA
ATAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBSQWmA6qZfTW4qJ/Mul8npkQcxL
QzAKBggqhkjOPQQDAgNJADBGAiEA6FQ5ac/LvGqUazwZGyvUmFQfXLaqYEQ9O1+6
N7qKlTYCIQCssiLUI4JPNBCQ+FOzaaBOtYNPgVn7CB+UzN0S7GgdPQ==
-----END CERTIFICATE-----
`,
};
