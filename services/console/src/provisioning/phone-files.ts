import type { Config } from '@linewatch/config';
import type { EdgeView, ServiceContext } from '@linewatch/runtime';
import { type CnfFiles, cnfFiles } from './cnf-files';
import { type NameRefusal, refusalOfName } from './file-name';

/** What was found by a name: a file, none, or a name that no file can have. */
export type FoundFile =
  { readonly kind: 'file'; readonly content: Buffer } | { readonly kind: 'not_found' | NameRefusal };

/** The files that phones load, by the configuration that runs and the edges that live at this moment. */
export class PhoneFiles {
  private files?: { of: Config; find: CnfFiles };

  constructor(
    private readonly context: Pick<ServiceContext, 'config'>,
    private readonly edges: () => readonly EdgeView[],
  ) {}

  /** @param name as it came from the wire */
  find(name: string): FoundFile {
    const refusal = refusalOfName(name);
    if (refusal) return { kind: refusal };
    const config = this.context.config.current();
    if (this.files?.of !== config) this.files = { of: config, find: cnfFiles(config, this.edges) };
    const content = this.files.find(name);
    return content === undefined ? { kind: 'not_found' } : { kind: 'file', content: Buffer.from(content) };
  }
}
