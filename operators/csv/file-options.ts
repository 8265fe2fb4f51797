import { Type } from '@sinclair/typebox';

/** Which file a source reads. */
export const FilePath = Type.Optional(Type.String({ description: 'File to read; by default the file of the split.' }));

/** How a source of files gives positions, and goes on from one. */
export const ResumeOptions = {
  checkpointBytes: Type.Integer({
    minimum: 1,
    default: 16_777_216,
    description: 'A position to resume from is given each time so many bytes of text have been read.',
  }),
  resume: Type.Optional(Type.Unknown({ description: 'State of an earlier position: reading goes on there.' })),
};
