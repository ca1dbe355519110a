import { randomUUID } from 'node:crypto';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { s3Client, s3Objects } from '../../../backend/aws/objects.ts';
import { describeObjects } from '../../suites/objects-suite.ts';

describeObjects({
  name: 'S3',
  checksSignatures: false,
  async open() {
    const client = s3Client();
    const bucket = `artifacts-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return { objects: s3Objects(client, bucket), close: async () => client.destroy() };
  },
});
