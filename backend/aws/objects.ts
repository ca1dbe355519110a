import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Objects } from '../backend.ts';
import { environmentValue } from './environment.ts';

/**
 * Objects in the artifacts bucket. A signed URL ends with its time or with the credentials of the function that signed
 * it (a role's session, at least some minutes, at most 12 hours), whichever comes first.
 */
export function s3Objects(client = s3Client(), bucket = environmentValue('bucket', 'artifacts')): Objects {
  return {
    async put(key, body, contentType) {
      const bytes = Buffer.from(body);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }));
    },
    async get(key) {
      try {
        const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    signedUrl(key, expiresInSeconds) {
      return getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: expiresInSeconds });
    },
  };
}

/** An emulator's endpoint has no host name for each bucket, so the bucket goes into the path there. */
export function s3Client(): S3Client {
  return new S3Client({ forcePathStyle: process.env['AWS_ENDPOINT_URL'] !== undefined });
}
