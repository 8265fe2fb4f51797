/** The document with section `## NAME` replaced, or added at the end; everything else stays as it is. */
export function withSection(document: string, name: string, body: string): string {
  const parts = document.trimEnd().split(/\n(?=## )/);
  const section = `## ${name}\n\n${body.trim()}\n`;
  const index = parts.findIndex((part) => part.split('\n')[0] === `## ${name}`);
  if (index < 0) parts.push(section);
  else parts[index] = section;
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`;
}
