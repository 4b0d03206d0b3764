import { z } from 'zod';
import { naming } from '../named-value.ts';

const fileNameSchema = z.string().min(1);
const fieldSchema = z.string().min(1);

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
}

/** Which column of a CSV file, or which attribute of an entry, has what; each has a default. */
const fieldMappingSchema = z.strictObject({
  id: fieldSchema.optional(),
  /** Several are joined with blanks, such as a first and a last name. */
  name: z
    .union([fieldSchema, z.array(fieldSchema).min(1)], { error: () => 'must name a field, or list several' })
    .optional(),
  email: fieldSchema.optional(),
  team: fieldSchema.optional(),
  kind: fieldSchema.optional(),
  /** By the account's name, what has the references there. */
  accounts: z.record(z.string(), fieldSchema).optional(),
});

/** The formats of directory files; the key that has the file's name. */
export const DIRECTORY_FORMATS = ['csv', 'ldif', 'scim'] as const;
export type DirectoryFormat = (typeof DIRECTORY_FORMATS)[number];

/** A file with people of the directory, as HR systems and directory servers export it. */
export const directoryFileSchema = z
  .strictObject({
    /** The file; a relative path counts from the folder of the configuration. */
    csv: fileNameSchema.optional(),
    ldif: fileNameSchema.optional(),
    scim: fileNameSchema.optional(),
    columns: fieldMappingSchema.optional(),
    attributes: fieldMappingSchema.optional(),
    /** Absent: the one of `;`, `,`, tab and `|` that the header has most. */
    delimiter: z.string().length(1, 'must be one character').optional(),
    /** Of a file without a byte order mark. */
    encoding: z.string().refine(isEncoding, naming('is not a known encoding')).optional(),
    /** The people to take: those whose field has one of the values. */
    where: z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])).optional(),
    /** Whether a team that `teams` does not list is created; false: it is an error. */
    createTeams: z.boolean().default(true),
  })
  .superRefine((file, context) => {
    const formats = DIRECTORY_FORMATS.filter((format) => file[format] !== undefined);
    if (formats.length !== 1) {
      context.addIssue('must have one of csv, ldif and scim');
      return;
    }
    const [format] = formats;
    const misplaced = format === 'csv' ? (['attributes'] as const) : (['columns', 'delimiter', 'encoding'] as const);
    for (const key of misplaced) {
      if (file[key] === undefined) continue;
      const remedy = key === 'columns' ? '; write attributes' : key === 'attributes' ? '; write columns' : '';
      context.addIssue({ code: 'custom', path: [key], message: `is not a key of ${String(format)} files${remedy}` });
    }
  });
export type DirectoryFileSettings = z.infer<typeof directoryFileSchema>;
