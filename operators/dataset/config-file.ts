/** What the configuration is called in a home. */
export const CONFIG_FILE = 'schema_config.json';
