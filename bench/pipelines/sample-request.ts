/** The body of a request for all eight stages. */
export function samplePipelineRequest(project: string) {
  return {
    task: 'Implement user authentication with JWT tokens, refresh and revocation, and cover it with tests',
    config: {
      repo_url: `http://omni-gitea:3000/omni-admin/${project}.git`,
      branch: 'main',
      model: 'gpt-oss',
      language: 'go',
    },
  };
}
