package rope4j.tuning.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.recipe.Extension;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Llama3;

class ClosedFormsTest {

  @Test
  void everyRuleIsThereOnceAndUnscaledFirst() {
    ClosedForms forms = ClosedForms.of(Targets.small(), Optional.empty());
    assertThat(forms.all())
        .extracting(Candidate::name)
        .containsExactly(
            "unscaled",
            "linear ×4",
            "NTK-aware ×4",
            "NTK-aware ×8",
            "critical base",
            "by parts ×4",
            "Llama 3 ×4",
            "YaRN ×4",
            "YaRN by turns ×4");
    assertThat(forms.all()).extracting(Candidate::key).doesNotHaveDuplicates();
    assertThat(forms.all()).contains(forms.yarn());
  }

  @Test
  void whatEnginesHaveAFlagForIsRecommendedByIt() {
    ClosedForms forms = ClosedForms.of(Targets.small(), Optional.empty());
    assertThat(forms.yarn().extension()).isEqualTo(new Extension.Yarn(4, 256));
    assertThat(forms.all().get(1).extension()).isEqualTo(new Extension.Linear(4));
    assertThat(forms.all().get(2).extension()).isInstanceOf(Extension.RaisedBase.class);
    assertThat(forms.all().get(5).extension()).isInstanceOf(Extension.Divisors.class);
  }

  @Test
  void theFilesOwnScalingIsOneOfThem() {
    Target target = Targets.small();
    double[] inverse = target.parameters().unscaledInverseFrequencies();
    inverse[7] /= 3;
    ClosedForms forms = ClosedForms.of(target, Optional.of(new Frequencies(inverse, 1.25)));
    Candidate own = forms.all().getLast();
    assertThat(own.name()).isEqualTo("as the file says");
    assertThat(own.divisors()).containsExactly(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0);
    assertThat(own.attentionFactor()).isEqualTo(1.25);
  }

  @Test
  void aFormThatIsTheFilesOwnSaysSo() {
    Target target = Targets.small();
    Frequencies llama3 =
        target.parameters().withScaling(new Llama3(4, 256, 1, 4)).frequencies(1024);
    ClosedForms forms = ClosedForms.of(target, Optional.of(llama3));
    assertThat(forms.all())
        .extracting(Candidate::name)
        .contains("Llama 3 ×4, as the file says")
        .doesNotContain("Llama 3 ×4", "as the file says");
  }

  @Test
  void aPairThatTheFileLetsStandStillStandsAsGoodAsStill() {
    Target target = Targets.small();
    double[] inverse = target.parameters().unscaledInverseFrequencies();
    inverse[7] = 0;
    Candidate own =
        ClosedForms.of(target, Optional.of(new Frequencies(inverse, 1))).all().getLast();
    assertThat(target.parameters().unscaledInverseFrequencies()[7] / own.divisors().getLast())
        .isLessThan(1e-30);
  }
}
