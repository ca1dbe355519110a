/** An object as a signed link gives it. */
export interface StoredObject {
  contentType: string;
  body: Uint8Array;
}
