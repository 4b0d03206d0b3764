import js from '@eslint/js';
import graphql from '@graphql-eslint/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

// A module's functions are declarations: they read alike, may stand after their first use and carry their name in stack traces.
// A constant with a type annotation (`const handler: Handler = …`) may be an arrow function; so may what stands inside a function.
const MODULE_ARROW_FUNCTION =
  ':matches(Program, ExportNamedDeclaration) > VariableDeclaration > ' +
  'VariableDeclarator[id.type="Identifier"][id.typeAnnotation=undefined] > ArrowFunctionExpression';

// A type with the name of a global hides it in its whole file, and `no-shadow` does not report interfaces and aliases.
const GLOBAL_TYPES = Object.getOwnPropertyNames(globalThis)
  .filter((name) => /^[A-Z][a-zA-Z]*$/.test(name))
  .concat(
    'Awaited',
    'Exclude',
    'Extract',
    'Omit',
    'Parameters',
    'Partial',
    'Pick',
    'Readonly',
    'Record',
    'Required',
    'ReturnType',
  );
const HIDING_TYPE =
  ':matches(TSInterfaceDeclaration, TSTypeAliasDeclaration, ClassDeclaration, TSEnumDeclaration)' +
  `[id.name=/^(${GLOBAL_TYPES.join('|')})$/]`;

const RESTRICTED_EVERYWHERE = [
  { selector: MODULE_ARROW_FUNCTION, message: 'Declare a function of a module with `function`.' },
  { selector: HIDING_TYPE, message: 'This type hides a global of the same name.' },
];

export default tseslint.config(
  {
    ignores: [
      'public',
      'coverage',
      '.stryker',
      'src/generated',
      'src/wallboard/generated',
      'examples/clients', // compiled where its packages are installed: test/clients
      'packages/*/src/generated',
      'dist',
      'packages/*/dist',
      '**/node_modules',
      'test/example-vendor/fixture', // resolves, and is checked, where its test puts it: in src/vendors/
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{js,cjs,mjs,ts,tsx}'],
    plugins: { 'import-x': importX },
    rules: {
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      'import-x/order': [
        'error',
        {
          groups: ['builtin', 'external', 'parent', 'sibling', 'index'],
          named: true,
          alphabetize: { order: 'asc', caseInsensitive: true },
          'newlines-between': 'never',
        },
      ],
      'no-restricted-syntax': ['error', ...RESTRICTED_EVERYWHERE],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'bench/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...RESTRICTED_EVERYWHERE,
        { selector: 'SpreadElement > ObjectExpression', message: 'List the properties.' },
      ],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-shadow': [
        'error',
        { builtinGlobals: true, hoist: 'functions-and-types', allow: ['escape', 'name', 'status', 'event'] },
      ],
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'default', format: ['camelCase'], leadingUnderscore: 'allow' },
        { selector: 'import', format: ['camelCase', 'PascalCase', 'UPPER_CASE'] },
        { selector: 'variable', modifiers: ['const'], format: ['camelCase', 'UPPER_CASE'], leadingUnderscore: 'allow' },
        {
          selector: 'parameter',
          format: ['camelCase', 'UPPER_CASE', 'snake_case'],
          leadingUnderscore: 'allowSingleOrDouble',
        },
        { selector: 'typeLike', format: ['PascalCase'] },
        // Scalars carry the names of the schema.
        { selector: 'variable', modifiers: ['const'], filter: 'Scalar$', format: ['PascalCase'] },
        // React's components.
        {
          selector: 'function',
          format: ['camelCase', 'PascalCase'],
          filter: '^(Page|KeyForm|AnswerFooter|CostTable|Table|ExamplesPanel|LightBulbIcon)$',
        },
        { selector: 'classProperty', modifiers: ['static', 'readonly'], format: ['camelCase', 'UPPER_CASE'] },
        // The names of vendors, headers, metrics and environment variables, also where they are destructured.
        { selector: ['objectLiteralProperty', 'objectLiteralMethod', 'typeProperty', 'typeMethod'], format: null },
        { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
      ],
      'no-console': 'error',
    },
  },
  {
    // Components are functions with the names of elements, contexts are used as such.
    files: ['src/wallboard/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'default', format: ['camelCase'], leadingUnderscore: 'allow' },
        { selector: 'import', format: ['camelCase', 'PascalCase', 'UPPER_CASE'] },
        { selector: 'variable', modifiers: ['const'], format: ['camelCase', 'PascalCase', 'UPPER_CASE'] },
        { selector: 'function', format: ['camelCase', 'PascalCase'] },
        { selector: 'typeLike', format: ['PascalCase'] },
        { selector: ['objectLiteralProperty', 'objectLiteralMethod', 'typeProperty', 'typeMethod'], format: null },
        { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
      ],
    },
  },
  { files: ['src/cli/**', 'bench/**', 'scripts/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  {
    // The schema is read by people, in GraphiQL: nothing in it goes without a description.
    files: ['schema/*.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema/*.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, rootField: true },
      ],
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          Argument: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
        },
      ],
      '@graphql-eslint/no-unreachable-types': 'error',
      '@graphql-eslint/unique-enum-value-names': 'error',
      '@graphql-eslint/require-deprecation-reason': 'error',
    },
  },
);
