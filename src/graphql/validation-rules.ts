import {
  FragmentsOnCompositeTypesRule,
  KnownArgumentNamesRule,
  KnownDirectivesRule,
  KnownFragmentNamesRule,
  KnownTypeNamesRule,
  NoFragmentCyclesRule,
  NoUndefinedVariablesRule,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  PossibleFragmentSpreadsRule,
  specifiedRules,
  UniqueArgumentNamesRule,
  UniqueDirectivesPerLocationRule,
  UniqueFragmentNamesRule,
  UniqueInputFieldNamesRule,
  UniqueVariableNamesRule,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  VariablesAreInputTypesRule,
  VariablesInAllowedPositionRule,
} from 'graphql';

/** Rules that find nothing in a text without what they are about. */
const rulesBySubject: readonly (readonly [subject: RegExp, rules: readonly ValidationRule[]])[] = [
  [
    /\$/,
    [
      UniqueVariableNamesRule,
      VariablesAreInputTypesRule,
      NoUndefinedVariablesRule,
      NoUnusedVariablesRule,
      VariablesInAllowedPositionRule,
    ],
  ],
  [/@/, [KnownDirectivesRule, UniqueDirectivesPerLocationRule]],
  [
    /\.\.\.|fragment/,
    [
      FragmentsOnCompositeTypesRule,
      UniqueFragmentNamesRule,
      KnownFragmentNamesRule,
      NoUnusedFragmentsRule,
      PossibleFragmentSpreadsRule,
      NoFragmentCyclesRule,
    ],
  ],
  // Of variables and of fragments.
  [/\$|\.\.\.|fragment/, [KnownTypeNamesRule]],
  [/\(/, [KnownArgumentNamesRule, UniqueArgumentNamesRule, UniqueInputFieldNamesRule, ValuesOfCorrectTypeRule]],
];

const specialRules: ReadonlySet<ValidationRule> = new Set(rulesBySubject.flatMap(([, rules]) => rules));
const generalRules: readonly ValidationRule[] = specifiedRules.filter((rule) => !specialRules.has(rule));

/** Returns the rules of GraphQL that may find an error in a text, in any order. A rule that is new in graphql-js always may. */
export function rulesFor(text: string): readonly ValidationRule[] {
  const rules = [...generalRules];
  for (const [subject, special] of rulesBySubject) if (subject.test(text)) rules.push(...special);
  return rules;
}
