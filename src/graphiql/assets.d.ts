// The types of files that the bundler imports as text or styles.
declare module '*.graphql' {
  const text: string;
  export default text;
}
declare module '*.css';
