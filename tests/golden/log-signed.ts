// What keys of the log's case files (tests/cases/log/notes.json, with their secrets) have signed, so that nothing here
// has to sign.
export const SIGNED = {
  keys: [
    "log.example/ledger+31061ed5+AVycbfJhycuEBHV3aq782US0BTKPqyj5s6le9ASQ096E",
    "log.example/ledger+0f5c6249+AdBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3",
    "other.example/log+a11d5694+ASBAQONkwQ8r7Jwf5QChzUwkfInWUKAe1+gsq6hnh3wh",
    "witness.example/w/consistent+44176891+BIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L",
    "witness.example/w/replayed+72daed8d+BKCapfR6Z1mAL/lV+NwtKhSlyZ0jvpf4ZBJ/+Tg0VaTw",
    "second.example/w+ca7c4892+BHT4XNo00cJ8RiFIRzHpFXnD2cbPwNlLKBqhHpFiBYqp",
  ],
  cosigned:
    "log.example/ledger\n9\nJA2btqVfDLN1tdAIJR5xRUWLexrchGOrj+92/RT3X2s=\n\n— log.example/ledger MQYe1USCf0Rs7VelLo4ojt03C0j8pIcvOGW4EjZt5lnxvgUXSgq9ES9s3NTs3pzfJdMeF5SdrgLQSbndNn9EItaifg4=\n— witness.example/w/consistent RBdokQAAAABqsTuAs4qJmREQumzBc/DoBGbcO5VjqGgz90ZzRHG71KvvvniujfIG034DhN+Kc6HkQUFDNrEWo1xXBeOSkSTC15TvBQ==\n— witness.example/w/replayed ctrtjQAAAABqsTuAuV9BSIwJD0He6DdcNAlFXe90g5dmoW3c8q7oef9o256il6MnJfp8vJLe3B7fBlE8wWfoK99AdNaUbP+Jz6OjBw==\n",
  next: "log.example/ledger\n9\nJA2btqVfDLN1tdAIJR5xRUWLexrchGOrj+92/RT3X2s=\n\n— log.example/ledger D1xiScfvIaQ2W4UsBZQhqxQlqw0dreNieVUE9m/1/Q/eLq2z6nlBUm9fMNWCT5rAiRTU8KOQNCILQaQ5frdHvFk6pQA=\n",
  bad: "log.example/ledger\n9\nJA2btqVfDLN1tdAIJR5xRUWLexrchGOrj+92/RT3X2s=\n\n— log.example/ledger MQYe1USCf0Rs7VelLo4ojt03C0j8pIcvOGW4EjZt5lnxvgUXSgq9ES9s3NTs3pzfJdMeF5SdrgLQSbndNn9EItaifg4=\n— witness.example/w/consistent RBdokQAAAABqsTuAs4qJmREQumzBc/DoBGbcO5VjqGgz90ZzRHG71KvvvniujfIG034DhN+Kc6HkQUFDNrEWo1xXBeOSkSTC15TvBQ==\n— witness.example/w/replayed ctrtjQAAAABqsTuAuV9BAIwJD0He6DdcNAlFXe90g5dmoW3c8q7oef9o256il6MnJfp8vJLe3B7fBlE8wWfoK99AdNaUbP+Jz6OjBw==\n",
  proofFile:
    "c2sp.org/tlog-proof@v1\nindex 5\nSFM123z+yWXxX/dF/GJcQdXqJkaTaTAWWCj3PdS2iFQ=\n/w4ywg/2W5esELOyZ3uHKqPVoCh9lFesukflfPSkpz8=\nl5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=\nptHeE8xxqg97JCQwB7g6+9U/EkhyVHQq0jihTdMoi3Y=\n\nlog.example/ledger\n13\nwMEonwBgX419h4C59CZMc2zPuEzpFwjCsn5kJr/H2Kg=\n\n— log.example/ledger MQYe1c5BS2Q1uXYnPVqvJXpQyQGTZNdz3KyqE2OhcFH6tiVkjDa5R5SF3chMdCMA640Px1rdUQjTWQY/xB0MA6oBCQY=\n— witness.example/w/consistent RBdokQAAAABqsTuAVSaboizbFBT1Xeko61XlZ7jK5LzYRfIdqmIBIIeNzKQ4uvkN+NyzHc7+9XDZO4TNi8lL8OrS9l+tC8EGcTEZCQ==\n— witness.example/w/replayed ctrtjQAAAABqsTuAY3y5cKDlY8nilDkav1nIZN6ntI1ur5sjry+RoSWN+d8FAjGca8dOEUNH2JkyyBtJJiZVv5vgJ3gTMFBPq05sBQ==\n",
  entry: "entry 5",
  quorum: {
    kind: "quorum",
    rules: [
      {
        n: 1,
        of: [
          "witness.example/w/consistent+44176891+BIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L",
          "second.example/w+ca7c4892+BHT4XNo00cJ8RiFIRzHpFXnD2cbPwNlLKBqhHpFiBYqp",
        ],
      },
      { n: 1, of: ["witness.example/w/replayed+72daed8d+BKCapfR6Z1mAL/lV+NwtKhSlyZ0jvpf4ZBJ/+Tg0VaTw"] },
    ],
    v: 1,
  },
  evidence:
    '{"kind":"log-evidence","proof":["87adfdf30d629f53c3118705ae699bf570d7ce6a04a663af1295b36a3feef537","0e286eac357cbe870fa247cee1389196ab050942360019a9fffbaf36ca1e29f6","8444994fb106bd1d4b30dcc5f81ee219fca69493a64ae9cfddc83fbaa98d483d","9799f307517ef517c2205df9b67762bf34756b20099fb7dfcce76bcebd273b2e","563da28608286a164eff07fe589e88d2afb79e267a8db75a9754a3c6e7b3a8bd"],"seen":"log.example/ledger\\n7\\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\\n\\n— log.example/ledger MQYe1RuTfrcttSMpe+mKP9YojugTMzQ0x3DvVROvq/clWofhYKpZCl+UcqSA4c2/JZByQkh0KmeUZxIfPTkMMQ5YDAQ=\\n","shown":"log.example/ledger\\n11\\nskSDnE+dzbXRIxwX3j46lJaGtEsVGdmEHMvj7rJs78M=\\n\\n— log.example/ledger MQYe1SxBQBGmcFZerTraWLZnuYceWeUmqii+inV4DgxO3+YGKff/AHdV5v4WMFiOqcjN22ZJhRTbGStT8Pb/Tl2juA8=\\n","v":1,"what":"split_view"}',
  request:
    "old 7\nvhV4G2KKKEFMHIoRuG24Qi+hBBIV/g18RJbSPNoeQUI=\nRn73BqsCMMU7SGYrU3boFVbdCx4Ss2dBA/9z7i4Fh/Q=\n3QN52DrH8WTn7qMM3O+1dQglTEj3Zq/M09l2Nl4yjMw=\nl5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=\nGg7P34r3oeK3sD6u30u69aQetycGEXXjRiBCvpuP4wA=\n\nlog.example/ledger\n11\nMpIghwdLQvu/Ojo2cjqyeCX9m62x4pvd68P+qD6ewE0=\n\n— log.example/ledger MQYe1bTy0E+s6EKvmjRN7EqMnD2y+tn6hBB6OsbBy6kYxHSNbyUxIDLD/CHI6USkAtGryIKnyPLA7Iykm8r9VWSeowo=\n",
  held: {
    origin: "log.example/ledger",
    size: 7,
    root: "98c97f0ba3175cd08b031dd084b9dc4e649b64d1a28e6ea694646503173ab587",
  },
} as const;
