import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';

/** Debian's busybox-static. */
const busybox = '/bin/busybox';

/** The name of the image that {@link buildServiceImage} builds. */
export const serviceImage = 'small-service:1';

/** Builds the image of a small service, see image/Dockerfile. Throws with what the engine says when that fails. */
export async function buildServiceImage(docker: Docker): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'small-service-'));
  const sources = ['Dockerfile', 'serve.sh'];
  for (const name of sources) copyFileSync(join(import.meta.dirname, 'image', name), join(context, name));
  copyFileSync(busybox, join(context, 'busybox'));
  const progress = await docker.buildImage({ context, src: [...sources, 'busybox'] }, { t: serviceImage });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()));
  });
  rmSync(context, { recursive: true });
}
