import * as z from 'zod';

/** What AWS would refuse only in the midst of a deployment, or when a function first uses it, is refused by its form. */

/** A secret by its name, or by the whole ARN: what Secrets Manager puts after the name is needed to find it. */
export const secretId = z
  .string()
  .regex(
    /^([\w/+=.@-]{1,512}|arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6})$/,
    'must be the name of a secret, or its whole ARN with the hyphen and six characters at its end',
  );

export const keyArn = z
  .string()
  .regex(/^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a KMS key');

export const topicArn = z
  .string()
  .regex(/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/, 'must be the ARN of an SNS topic');

const certificateArn = z
  .string()
  .regex(/^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'must be the ARN of a certificate of ACM');

/** An id of EC2, such as `vpc-0123456789abcdef0`. */
export const idWith = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-z]+$`), `must be an id that begins with ${prefix}-`);

/** The API's name, which must be within the hosted zone where its record is made. */
export const apiDomain = z
  .strictObject({
    name: z
      .string()
      .regex(/^([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63}$/, 'must be a domain name, such as orchestrator.example.com'),
    certificateArn,
    hostedZone: z.strictObject({ id: z.string().min(1), name: z.string().min(1) }).optional(),
  })
  .superRefine(({ name, hostedZone }, context) => {
    const zone = hostedZone?.name.toLowerCase().replace(/\.$/, '');
    if (zone === undefined || `.${name.toLowerCase()}`.endsWith(`.${zone}`)) return;
    context.addIssue({ code: 'custom', path: ['name'], message: `must be in the hosted zone, ${zone}` });
  });

/** CDK gives each zone its share of the subnets. */
export const network = z
  .strictObject({
    id: idWith('vpc'),
    availabilityZones: z.array(z.string()).min(1),
    subnetIds: z.array(idWith('subnet')).min(1),
    securityGroupIds: z.array(idWith('sg')).min(1),
  })
  .refine(({ availabilityZones, subnetIds }) => subnetIds.length % availabilityZones.length === 0, {
    path: ['subnetIds'],
    message: 'must be one for each of availabilityZones, or the same number for each',
  });
